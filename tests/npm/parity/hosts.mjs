// Node, workerd and Chromium: each is started over a folder, plays batches and is stopped.

import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium as playwright } from "playwright-core";
import workerdPackage from "workerd";

const require = createRequire(import.meta.url);

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Root may not use the sandbox; containers have little shared memory. */
const FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"];

/** A host by its name; `missing` says why one is not here. */
export const HOSTS = {
  node: (folder) => node(folder, process.execPath),
  node22,
  workerd,
  chromium,
};

async function node(folder, program) {
  const child = fork(join(folder, "node.mjs"), { execPath: program });
  const closed = once(child, "exit").then(([code]) => {
    throw new Error(`${program} ended with ${code}`);
  });
  closed.catch(() => {});
  const play = async (address) => {
    child.send(address);
    const [report] = await Promise.race([once(child, "message"), closed]);
    return report;
  };
  return { version: await versionOf(program), play, stop: () => child.kill() };
}

async function node22(folder) {
  let program;
  try {
    program = require.resolve(`node-${process.platform}-${process.arch}/bin/node`);
  } catch {
    return { missing: "Node 22 from npm is not here" };
  }
  return await node(folder, program);
}

async function versionOf(program) {
  const child = spawn(program, ["--version"], { stdio: ["ignore", "pipe", "inherit"] });
  return (await child.stdout.setEncoding("utf8").toArray()).join("").trim();
}

async function workerd(folder) {
  const program = workerdPackage.default ?? workerdPackage;
  if (!existsSync(program)) return { missing: "workerd has no program for this machine" };
  const config = join(folder, "config.capnp");
  writeFileSync(config, CONFIG);
  const child = spawn(program, ["serve", "--control-fd=3", config], { stdio: ["ignore", "inherit", "inherit", "pipe"] });
  const url = `http://127.0.0.1:${await port(child)}`;
  const play = async (address) => {
    const response = await fetch(`${url}/?batch=${encodeURIComponent(address)}`);
    if (!response.ok) throw new Error(`workerd: ${response.status} ${await response.text()}`);
    return await response.json();
  };
  return { version: await versionOf(program), play, stop: () => child.kill() };
}

/** Where the worker listens, from the control pipe. */
async function port(child) {
  let said = "";
  for await (const data of child.stdio[3].setEncoding("utf8")) {
    said += data;
    const found = /"event":"listen".*"port":(\d+)/.exec(said);
    if (found !== null) return found[1];
  }
  throw new Error("workerd does not serve");
}

const CONFIG = `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [
    (name = "worker.mjs", esModule = embed "worker.mjs"),
    (name = "parity.mjs", esModule = embed "parity.mjs"),
    (name = "full.wasm", wasm = embed "full.wasm"),
    (name = "sim.wasm", wasm = embed "sim.wasm"),
  ],
  compatibilityDate = "2026-01-01",
  globalOutbound = "internet",
);
`;

async function chromium(_folder, url) {
  const executablePath = process.env.CHROMIUM ?? BROWSERS.find(existsSync);
  if (executablePath === undefined) return { missing: "Chromium is not here (CHROMIUM names one)" };
  const profile = mkdtempSync(join(tmpdir(), "tokenwire-chromium-"));
  const browser = await playwright.launchPersistentContext(profile, { executablePath, args: FLAGS });
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.log(`chromium: ${error.message}`));
  await page.goto(url);
  await page.waitForFunction(() => globalThis.compared !== undefined);
  const play = async (address) => await page.evaluate((batch) => globalThis.compared(batch), address);
  const stop = async () => {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { version: browser.browser()?.version() ?? "", play, stop };
}
