import { dlopen, read } from "bun:ffi";

const exclusive = 2;
const withoutWaiting = 4;

const libc = process.platform === "darwin" ? "libSystem.B.dylib" : "libc.so.6";
const { symbols: system } = dlopen(libc, { flock: { args: ["i32", "i32"], returns: "i32" } });

/** Where libc keeps the number of the last error, and the one that says that a lock is taken. */
const { symbols: errors } =
  process.platform === "darwin"
    ? dlopen(libc, { __error: { args: [], returns: "ptr" } })
    : dlopen(libc, { __errno_location: { args: [], returns: "ptr" } });
const wouldBlock = process.platform === "darwin" ? 35 : 11;

const linux =
  process.platform === "linux" ? dlopen(libc, { syncfs: { args: ["i32"], returns: "i32" } }).symbols : undefined;

/**
 * Waits until no other holder is left, in this process or another, and takes the lock of an open file or directory.
 * It ends when the descriptor is closed, and so with its process, whatever ends that.
 */
export function lockDescriptor(descriptor: number): void {
  // A signal interrupts the wait: -1 then means "ask again".
  for (let tries = 0; system.flock(descriptor, exclusive) !== 0; tries++) {
    if (tries === 1000) throw new Error("the operating system refuses a file lock (flock)");
  }
}

/** As `lockDescriptor`, without waiting; false where there is another holder. */
export function tryLockDescriptor(descriptor: number): boolean {
  for (let tries = 0; system.flock(descriptor, exclusive | withoutWaiting) !== 0; tries++) {
    const number = lastError();
    if (number === wouldBlock) return false;
    // A signal may have interrupted it.
    if (tries === 1000) throw new Error(`the operating system refuses a file lock (flock, errno ${number})`);
  }
  return true;
}

function lastError(): number | undefined {
  const place = "__error" in errors ? errors.__error() : errors.__errno_location();
  return place === null ? undefined : read.i32(place);
}

/** Makes all that was written to the file system of an open file durable; false where the system cannot. */
export function syncFileSystem(descriptor: number): boolean {
  return linux !== undefined && linux.syncfs(descriptor) === 0;
}
