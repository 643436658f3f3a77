import { onTestFinished } from "bun:test";

export interface Asked {
  /** `UpdateItem`. */
  operation: string;
  body: Record<string, unknown>;
  /** Asks the server behind. */
  forward(): Promise<Response>;
}

/** Stands before a DynamoDB until the test ends. Gives its endpoint, and the operations that came by. */
export function dynamodbProxy(endpoint: string, answer: (asked: Asked) => Promise<Response>) {
  const operations: string[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const operation = request.headers.get("x-amz-target")?.split(".")[1] ?? "";
      const [text, headers] = [await request.text(), new Headers(request.headers)];
      headers.delete("host");
      operations.push(operation);
      const forward = () => fetch(endpoint, { method: "POST", headers, body: text });
      return answer({ operation, body: JSON.parse(text), forward });
    },
  });
  onTestFinished(() => void server.stop(true));
  return { endpoint: `http://127.0.0.1:${server.port}`, operations };
}

/** An answer that refuses, as DynamoDB words it. */
export function refusal(code: string, message = "", more: object = {}, status = 400): Response {
  const body = { __type: `com.amazonaws.dynamodb.v20120810#${code}`, message, ...more };
  return Response.json(body, { status, headers: { "content-type": "application/x-amz-json-1.0" } });
}
