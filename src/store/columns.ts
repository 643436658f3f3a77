/** A column of numbers that grows, at 8, 4 or 2 bytes a number. */
export interface Column<A extends Float64Array | Uint32Array | Int16Array> {
  push(value: number): void;
  /** A view of what was pushed so far. */
  values(): A;
}

type Numbers = Float64Array | Uint32Array | Int16Array;

export function column<A extends Numbers>(make: (length: number) => A): Column<A> {
  let data = make(64);
  let length = 0;
  return {
    push(value) {
      if (length === data.length) {
        const larger = make(length * 2);
        larger.set(data);
        data = larger;
      }
      data[length++] = value;
    },
    // A subarray of an A is an A; the library types do not say so.
    values: () => data.subarray(0, length) as A,
  };
}

/** Texts that repeat, kept once each and known by number. */
export function dictionary() {
  const numbers = new Map<string, number>();
  const texts: string[] = [];
  return {
    numberOf(text: string): number {
      const known = numbers.get(text);
      if (known !== undefined) return known;
      numbers.set(text, texts.length);
      return texts.push(text) - 1;
    },
    textOf: (number: number): string => texts[number] ?? "",
  };
}
