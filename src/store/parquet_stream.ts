import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { StoredObservation } from "../core/observation.ts";
import { columnsOf, schema } from "./parquet.ts";

/** Observations in one row group: what is in memory at once. */
const groupRows = 50_000;

/** One Parquet file, compressed with snappy, piece by piece: the columns are those of the store's own files. */
export async function* parquetChunks(
  batches: AsyncIterable<readonly StoredObservation[]>,
): AsyncGenerator<Uint8Array, void, void> {
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({ writer, schema, createdBy: "ingestor" });
  let group: StoredObservation[] = [];

  function written(): Uint8Array {
    const chunk = writer.getBytes().slice();
    writer.index = 0;
    return chunk;
  }

  function writeGroup(): void {
    // A writer without flush is never waited for.
    void parquet.write({ columnData: columnsOf(group), rowGroupSize: groupRows });
    group = [];
  }

  for await (const batch of batches) {
    for (const row of batch) group.push(row);
    if (group.length < groupRows) continue;
    writeGroup();
    yield written();
  }
  if (group.length > 0) writeGroup();
  void parquet.finish();
  yield written();
}
