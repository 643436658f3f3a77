/** Offers what is thrown where nothing waits for it to whoever may know where it comes from. */
export function openStrays() {
  const listeners = new Set<(error: unknown) => boolean>();
  return {
    listen(listener: (error: unknown) => boolean): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** Whether somebody takes it upon itself; several do where they share a plugin. */
    isTaken: (error: unknown): boolean => [...listeners].filter((listener) => listener(error)).length > 0,
  };
}
