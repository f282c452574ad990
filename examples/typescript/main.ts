/** Prints each new state of a task, and its failed nodes: node build/main.js URL TASK_ID */

import { Client } from "./client.js";
import { failedLeaves, polls } from "./poller.js";

declare const process: { argv: string[] };

const [url = "http://127.0.0.1:8070", taskId = "10"] = process.argv.slice(2);
const client = new Client(url, { bk_app_code: "app", bk_app_secret: "secret", bk_username: "robot" });

let seen: string | undefined;
for await (const task of polls(client, { bk_biz_id: "2", task_id: taskId }, { interval: 200, errorsInARow: 8 })) {
  if (task.state === seen) continue;
  seen = task.state;
  console.log([task.state, ...failedLeaves(task)].join(": "));
}
