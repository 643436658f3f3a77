import type {
  DirectLoader,
  Extractor,
  Loader,
  Normalizer,
  OptionsSchema,
  Parser,
  StoreLoader,
  Transformer,
} from "./plugin.ts";

/** An extractor, to be exported by a module in `plugins/`; `source.kind` names it. */
export function defineExtractor<const S extends OptionsSchema>(extractor: Extractor<S>) {
  return { stage: "extract", ...extractor } as const;
}

/** A parser; `parse.plugin` names it, `parse_config` has its options. */
export function defineParser<const S extends OptionsSchema>(parser: Parser<S>) {
  return { stage: "parse", ...parser } as const;
}

/** A normalizer; `normalize.plugin` names it, the keys beside are its options. */
export function defineNormalizer<const S extends OptionsSchema>(normalizer: Normalizer<S>) {
  return { stage: "normalize", ...normalizer } as const;
}

/** A transformer; `transform.plugin`, or that of one item of the list, names it. */
export function defineTransformer<const S extends OptionsSchema>(transformer: Transformer<S>) {
  return { stage: "transform", ...transformer } as const;
}

/** A loader, of either kind; `load.plugin` names it. */
export function defineLoader<const S extends OptionsSchema>(loader: StoreLoader<S>): { stage: "load" } & StoreLoader<S>;
export function defineLoader<const S extends OptionsSchema>(
  loader: DirectLoader<S>,
): { stage: "load" } & DirectLoader<S>;
export function defineLoader(loader: Loader): { stage: "load" } & Loader {
  return { stage: "load", ...loader };
}
