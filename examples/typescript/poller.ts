/** Follows a task until it has ended. */

import { NoAnswerError, type Client } from "./client.js";
import type { GetTaskStatusParameters, State, StatusAnswer, StatusNode } from "./sops.js";

/** States that a task never leaves. FAILED is none of them: somebody may retry or skip the failed node. */
const ENDED: ReadonlySet<State> = new Set<State>(["FINISHED", "REVOKED", "EXPIRED"]);

/** The API refuses to tell; `code` is its own. */
export class RefusedError extends Error {
  constructor(
    message: string,
    readonly code: number | undefined,
  ) {
    super(message);
  }
}

export interface Pace {
  /** Milliseconds between two polls. */
  interval: number;
  /** How many polls in a row may fail. */
  errorsInARow: number;
}

/**
 * The task as each poll finds it, until it has ended; whoever waits for less breaks off.
 * Throws the error of the last poll once too many in a row have failed.
 */
export async function* polls(
  client: Client,
  task: GetTaskStatusParameters,
  { interval, errorsInARow }: Pace = { interval: 2_000, errorsInARow: 8 },
): AsyncGenerator<StatusAnswer, void> {
  let errors = 0;
  for (;;) {
    try {
      const status = await statusOf(client, task);
      errors = 0;
      yield status;
      if (ENDED.has(status.state)) return;
    } catch (error) {
      errors += 1;
      const mayPass = error instanceof NoAnswerError || error instanceof RefusedError;
      if (!mayPass || errors > errorsInARow) throw error;
    }
    await new Promise((wake) => setTimeout(wake, interval));
  }
}

async function statusOf(client: Client, task: GetTaskStatusParameters): Promise<StatusAnswer> {
  const answer = await client.call("get_task_status", task);
  if (!answer.result) throw new RefusedError(answer.message, answer.code);
  // What the types promise, a server in trouble may not keep.
  if (typeof answer.data?.state !== "string") throw new NoAnswerError("the answer has no status in it");
  return answer.data;
}

/** The failed nodes that have no failed node below them, at any depth, as paths of names. */
export function failedLeaves(task: StatusAnswer): string[] {
  const found: string[] = [];
  const waiting = childrenOf(task).map((node) => ({ path: node.name, node }));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { path, node } = next;
    const below = childrenOf(node);
    if (node.state === "FAILED" && !below.some((child) => child.state === "FAILED")) found.push(path);
    waiting.push(...below.map((child) => ({ path: `${path} / ${child.name}`, node: child })));
  }
  return found.sort();
}

/** The nodes right below one; tasks that are CREATED or EXPIRED may have no such field. */
function childrenOf(node: StatusAnswer | StatusNode): StatusNode[] {
  return "children" in node ? Object.values<StatusNode>(node.children ?? {}) : [];
}
