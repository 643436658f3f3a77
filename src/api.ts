/**
 * What `import … from "ingestor"` means for plugins: the only public face.
 * Nothing but re-exports, so that the built-in plugins can import it and be exported by it.
 */
export { defineExtractor, defineLoader, defineNormalizer, defineParser, defineTransformer } from "./core/define.ts";
export type {
  Batches,
  DirectLoader,
  ExtractContext,
  Extractor,
  Guard,
  Loader,
  LoadResult,
  NormalizeContext,
  NormalizePoint,
  Normalizer,
  ParseContext,
  Parser,
  RawSource,
  Rejection,
  StageContext,
  StoreLoader,
  Transformer,
  Validators,
} from "./core/plugin.ts";
export {
  batchSize,
  frequencies,
  type Frequency,
  type Observation,
  type ParsedPoint,
  type RawValue,
  type SeriesInfo,
} from "./core/observation.ts";
export type { HttpAnswer, HttpClient, HttpGet, S3Location, StoreLocation } from "./core/ports.ts";
export { IngestorError, type ErrorCode, type ErrorDetails, type Problem } from "./core/errors.ts";
export { isBlank, readNumber, type DecimalSign } from "./core/number.ts";
export { didYouMean, nearest } from "./core/suggest.ts";
export { foldText } from "./core/text.ts";
export { isoDate, isoLocal, isoMicroseconds, isoOffset, readIso, type WrittenTime } from "./core/time.ts";
export { isTimeZone, zoneOffsets } from "./core/zone.ts";
export { firstSightings, type Sight } from "./core/sightings.ts";
export { obsTimeReader, type PlacedTime } from "./core/obs_time.ts";
export { publicUrl } from "./core/url.ts";
export { bucketName, regionName, s3Access, s3KeysProblem } from "./core/s3.ts";
export { default as excel } from "./builtin/parse/excel.ts";
export { default as series } from "./builtin/normalize/series.ts";
export { default as metadata } from "./builtin/transform/metadata.ts";
