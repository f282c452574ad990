/** Calls of BlueKing Standard OPS: the name of a call decides what it is asked with and what it answers. */

import type { Credentials, Operation, Operations } from "./sops.js";

/** There is no answer of the API: the network failed, or something on the way answered in its place. */
export class NoAnswerError extends Error {}

export class Client {
  /** `patience`: how long one answer may take, in milliseconds. */
  constructor(
    private readonly url: string,
    private readonly credentials: Credentials,
    private readonly patience = 10_000,
  ) {}

  /** The whole answer; `result` tells whether the call was refused. Throws NoAnswerError. */
  async call<Name extends Operation>(
    name: Name,
    parameters: Operations[Name]["parameters"],
  ): Promise<Operations[Name]["response"]> {
    const body = await this.post(name, { ...this.credentials, ...parameters });
    if (typeof body !== "object" || body === null || !("result" in body) || typeof body.result !== "boolean") {
      throw new NoAnswerError("the answer is none of the API's");
    }
    return body as Operations[Name]["response"];
  }

  private async post(name: Operation, said: object): Promise<unknown> {
    try {
      const response = await fetch(`${this.url}/api/c/compapi/v2/sops/${name}/`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(said),
        signal: AbortSignal.timeout(this.patience),
      });
      return await response.json();
    } catch (error) {
      throw new NoAnswerError(`no answer: ${error}`, { cause: error });
    }
  }
}
