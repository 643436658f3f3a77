import { expect, test } from "bun:test";
import { publicUrl } from "../../src/core/url.ts";

test.each([
  ["https://example.org/a/b.csv", "https://example.org/a/b.csv"],
  ["https://user:pa@ss@example.org/a@b?c=d@e", "https://example.org/a@b?c=d@e"],
  ["https://example.org?mail=a@b", "https://example.org?mail=a@b"],
  ["https://user:p/w@[bad/x", "https://[bad/x"],
  ["https://example.org/?a=1#access_token=x", "https://example.org/?a=1"],
  [
    "https://example.org/?page=2&series=A;B&keywords=usd&author=x",
    "https://example.org/?page=2&series=A;B&keywords=usd&author=x",
  ],
  ["https://example.org/?api_key=x&b=1", "https://example.org/?api_key=***&b=1"],
  ["https://example.org/?APIKEY=x%26y=z", "https://example.org/?APIKEY=***"],
  ["https://example.org/?accessToken=a=b&x=%20", "https://example.org/?accessToken=***&x=%20"],
  [
    "https://example.org/?client-secret=x&pwd=x&password=x&auth=x",
    "https://example.org/?client-secret=***&pwd=***&password=***&auth=***",
  ],
  [
    "https://b.s3.amazonaws.com/k?X-Amz-Credential=x&X-Amz-Date=1&X-Amz-Signature=x",
    "https://b.s3.amazonaws.com/k?X-Amz-Credential=***&X-Amz-Date=1&X-Amz-Signature=***",
  ],
  ["https://x.blob.core.windows.net/c?sv=1&sig=x", "https://x.blob.core.windows.net/c?sv=1&sig=***"],
  ["https://example.org/?a=?token=x&token=", "https://example.org/?a=?token=x&token="],
  ["file:///srv/a%20b.csv", "file:///srv/a%20b.csv"],
])("%s", (url, shown) => {
  expect(publicUrl(url)).toBe(shown);
});
