import { createServer, type AddressInfo, type Server } from "node:net";

/** A server that answers each connection with the next of these bytes (the last again and again), then hangs up or hangs. */
export async function rawServer(replies: readonly (string | Uint8Array)[], then: "close" | "hang" = "close") {
  let asked = 0;
  const server: Server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      const reply = replies[Math.min(asked++, replies.length - 1)] ?? "";
      if (then === "close") socket.end(reply);
      else socket.write(reply);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, asked: () => asked, stop: () => void server.close() };
}
