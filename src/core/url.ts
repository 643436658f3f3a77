const secretWord = /(?:keys?|tokens?|secrets?|passw(?:or)?d|pwd|signature|sig|auth|authorization|credentials?)$/i;

/** A URL as messages and manifests may show it: without user and password, without the values of parameters that look like keys. */
export function publicUrl(url: string): string {
  // Of text that is no URL, nobody can say where the password ends.
  const userinfo = URL.canParse(url) ? /^([^:/]+:\/\/)[^/?#\\]*@/ : /^([^:/]+:\/\/).*@/s;
  const [address = "", query] = url
    .replace(userinfo, "$1")
    .replace(/#.*/s, "")
    .split(/\?(.*)/s, 2);
  return query === undefined ? address : `${address}?${query.replace(/([^=&;]+)=([^&;]+)/g, masked)}`;
}

function masked(parameter: string, name: string): string {
  return isSecretParameter(name) ? `${name}=***` : parameter;
}

/** Whether the name of a parameter says that its value is a key. */
export function isSecretParameter(name: string): boolean {
  const words = name.replace(/([a-z])([A-Z])/g, "$1-$2").split(/[^a-zA-Z]+/);
  return words.some((word) => secretWord.test(word));
}
