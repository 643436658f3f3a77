import file from "../builtin/extract/file.ts";
import http from "../builtin/extract/http.ts";
import fileVersioned from "../builtin/load/file_versioned.ts";
import s3Versioned from "../builtin/load/s3_versioned.ts";
import series from "../builtin/normalize/series.ts";
import excel from "../builtin/parse/excel.ts";
import metadata from "../builtin/transform/metadata.ts";
import type { Plugin } from "../core/plugin.ts";

/** Every file of `builtin/`; they have no privilege but that no other plugin can have their names. */
export const builtinPlugins: readonly Plugin[] = [http, file, excel, series, metadata, fileVersioned, s3Versioned];
