/** What the work throws; it is an error if it throws nothing. */
export async function thrownBy(work: PromiseLike<unknown> | undefined): Promise<unknown> {
  let result: unknown;
  try {
    result = await work;
  } catch (error) {
    return error;
  }
  throw new Error(`expected something to be thrown, and got ${String(result)}`);
}
