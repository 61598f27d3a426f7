// Node, workerd and Chromium, each over the folder that `bundle` made. `use` is handed the host's version and what
// plays the batch at an address.

import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { lazyChromium } from "../consumers/chromium.mjs";
import { node } from "../consumers/node/nodes.mjs";
import { version } from "../consumers/project.mjs";
import { withWorker } from "../consumers/workerd/worker.mjs";

/** The hosts, by name. Each throws `LeftOut` where it is not here. */
export const HOSTS = { node20: inNode(20), node22: inNode(22), workerd: inWorkerd, chromium: inChromium };

/** One process for all batches: its code gets quick with use. */
function inNode(major) {
  return async (folder, _url, use) => {
    const { path, version: found } = await node(major);
    const child = fork(join(folder, "node.mjs"), { execPath: path });
    const ended = once(child, "exit").then(([code]) => Promise.reject(new Error(`Node ended with ${code}`)));
    const play = async (batch) => {
      child.send(batch);
      const [report] = await Promise.race([once(child, "message"), ended]);
      return report;
    };
    try {
      return await Promise.race([use(found, play), ended]);
    } finally {
      child.kill();
    }
  };
}

const MODULES = [
  ["worker.mjs", "esModule", "worker.mjs"],
  ["parity.mjs", "esModule", "parity.mjs"],
  ["full.wasm", "wasm", "full.wasm"],
  ["sim.wasm", "wasm", "sim.wasm"],
];

async function inWorkerd(folder, _url, use) {
  return await withWorker(folder, MODULES, (play) => use(version("workerd"), play));
}

async function inChromium(_folder, url, use) {
  const chromium = lazyChromium();
  try {
    return await use(await chromium.version(), (batch) => chromium.report(`${url}/?batch=${batch}`));
  } finally {
    await chromium.close();
  }
}
