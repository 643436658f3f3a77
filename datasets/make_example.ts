/**
 * Makes datasets/example.xlsx: invented data of a central bank that does not exist, with what makes real workbooks
 * hard to read. Run `bun datasets/make_example.ts` to make it again: the bytes come out the same.
 */
import { writeXlsx, type CellValue, type WriteSheet } from "hucre/xlsx";

const day = 86_400_000;
const first = Date.UTC(2023, 0, 2);
const last = Date.UTC(2024, 11, 30);
const holidays = new Set(["01-01", "05-01", "05-25", "07-09", "08-17", "12-08", "12-25"]);

/** The bytes of the workbook. */
export async function exampleWorkbook(): Promise<Uint8Array> {
  const written = new Date(last);
  return writeXlsx({
    sheets: [dailySheet(), monthlySheet()],
    properties: { creator: "Banco de Ejemplo", created: written, modified: written },
  });
}

function dailySheet(): WriteSheet {
  const random = randomFrom(1);
  // Whole numbers throughout: sums of fractions differ between machines once somebody reorders them.
  let cents = 88_000;
  let reserves = 44_600;
  const rows = businessDays().map((date, index): CellValue[] => {
    cents += 10 + random(60);
    reserves += random(161) - 82;
    // Some cells hold text, as when somebody typed the number; one day in 90 has no rate yet.
    const rate = index % 41 === 40 ? spanish(cents) : cents / 100;
    return [date, index % 90 === 60 ? null : rate, index % 5 === 0 ? policyRate(date) : null, reserves];
  });
  return {
    name: "Diarias",
    columns: [{ numFmt: "dd/mm/yyyy", width: 12 }, { width: 22 }, { width: 26 }, { width: 26 }],
    rows: [
      ["Banco de Ejemplo"],
      ["Principales variables, datos diarios"],
      [],
      ["Fecha", "Tipo de cambio", "Tasa de política monetaria", "Reservas internacionales"],
      [null, "pesos por dólar", "% nominal anual", "millones de dólares"],
      ...rows,
      [],
      ["Fuente: Banco de Ejemplo. Datos inventados."],
    ],
  };
}

function monthlySheet(): WriteSheet {
  const random = randomFrom(2);
  let index = 1000;
  const rows = Array.from({ length: 24 }, (_, month): CellValue[] => {
    index += Math.floor((index * (40 + random(60))) / 1000);
    // The last month is not published yet.
    return [new Date(Date.UTC(2023, month, 1)), month === 23 ? "n.d." : index / 10];
  });
  return {
    name: "Precios",
    columns: [{ numFmt: "mmm-yy", width: 10 }, { width: 28 }],
    rows: [["Índice de precios al consumidor"], [], ["Mes", "Nivel general (dic-22 = 100)"], ...rows],
  };
}

function businessDays(): Date[] {
  const dates = Array.from({ length: (last - first) / day + 1 }, (_, index) => new Date(first + index * day));
  return dates.filter((date) => date.getUTCDay() % 6 !== 0 && !holidays.has(date.toISOString().slice(5, 10)));
}

/** In percent; changed a few times, each time at the beginning of a month. */
function policyRate(date: Date): number {
  const steps: [from: string, rate: number][] = [
    ["2024-11", 35],
    ["2024-05", 40],
    ["2024-03", 80],
    ["2023-12", 100],
    ["2023-10", 133],
    ["2023-04", 81],
  ];
  return steps.find(([from]) => date.toISOString() >= from)?.[1] ?? 75;
}

/** `1.012,35` of a number of hundredths. */
function spanish(hundredths: number): string {
  const [whole = "", fraction] = (hundredths / 100).toFixed(2).split(".");
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ".")},${fraction}`;
}

/** Whole numbers from 0 up to but not including `below`: the same ones each time, for a given seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}

if (import.meta.main) await Bun.write(`${import.meta.dir}/example.xlsx`, await exampleWorkbook());
