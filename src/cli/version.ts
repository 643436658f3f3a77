import { version as release } from "../../package.json";

// The build replaces this expression by the commit; from the sources there is none.
const commit = process.env.INGESTOR_COMMIT;

/** `0.1.0`, in a binary followed by the commit that it was built from: `0.1.0+1a2b3c4`. */
export const version = commit === undefined || commit === "" ? release : `${release}+${commit}`;
