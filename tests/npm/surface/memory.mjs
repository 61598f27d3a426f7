// Memory over many streams: node --expose-gc memory.mjs [STREAMS]
//
// The module's memory never shrinks, so what it has after a tenth of the streams must be what it has at the end.

import { entry } from "./package.mjs";
import { delta, ending, question, streaming, through } from "./provider.mjs";

const streams = Number(process.argv[2] ?? 100_000);
let memory;
const { Instance } = WebAssembly;
WebAssembly.Instance = function (module, imports) {
  const instance = new Instance(module, imports);
  memory = instance.exports.memory;
  return instance;
};
const { createClient } = await entry("index");
const chunks = [delta("Hello, "), delta("world"), ending];

const mib = (bytes) => Math.round((bytes / (1 << 20)) * 10) / 10;
const measured = () => {
  globalThis.gc();
  return { wasm: mib(memory.buffer.byteLength), heap: mib(process.memoryUsage().heapUsed) };
};

const marks = [];
for (let done = 0; done < streams; ) {
  for (; done < ((marks.length + 1) * streams) / 10; done += 1) {
    const stream = createClient(through(streaming(chunks).fetch)).stream(question);
    // Every third is left early.
    let seen = 0;
    for await (const _ of stream) if (++seen === 2 && done % 3 === 0) break;
  }
  await new Promise((resolve) => setImmediate(resolve));
  marks.push(measured());
  console.log(`${done} streams: ${marks.at(-1).wasm} MiB of the module, ${marks.at(-1).heap} MiB of the heap`);
}
const [first, last] = [marks[0], marks.at(-1)];
if (last.wasm > first.wasm || last.heap > first.heap * 1.2 + 2) {
  console.log(`memory grows: from ${JSON.stringify(first)} to ${JSON.stringify(last)}`);
  process.exitCode = 1;
}
