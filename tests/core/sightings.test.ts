import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { firstSightings } from "../../src/core/sightings.ts";

const points = fc.array(
  fc.record({ code: fc.constantFrom("A", "B"), instant: fc.integer({ min: -20, max: 20 }), value: fc.nat(3) }),
  { maxLength: 200 },
);

test.each([
  ["in any order", (instant: number) => instant],
  ["upwards", (instant: number, index: number) => index * 10 + instant],
  ["downwards", (instant: number, index: number) => instant - index * 10],
])("agrees with a map, %s", (_, place) => {
  fc.assert(
    fc.property(points, (points) => {
      const sight = firstSightings();
      const known = new Map<string, number>();
      for (const [index, { code, instant, value }] of points.entries()) {
        const key = `${code} ${place(instant, index)}`;
        expect(sight(code, place(instant, index), value)).toBe(known.get(key));
        if (!known.has(key)) known.set(key, value);
      }
    }),
  );
});
