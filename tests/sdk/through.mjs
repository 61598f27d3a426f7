// Official SDKs through `tokenwire serve`: each as it is, against a provider of each wire: node through.mjs
//
// The providers are simulated, over real HTTP. A row of the table is an SDK, a column the wire of the provider
// behind it; the checks of a cell are those of checks.mjs.

import { applications } from "./applications.mjs";
import { table } from "./checks.mjs";
import { start } from "./program.mjs";

const PROVIDERS = {
  openai_chat: ["openai", "OPENAI"],
  openai_responses: ["openai-responses", "OPENAI"],
  anthropic: ["anthropic", "ANTHROPIC"],
  gemini: ["gemini", "GEMINI"],
};

const sim = await start(["sim", "--listen", "127.0.0.1:0", "--pace", "0"]);

const failed = await table(applications, Object.keys(PROVIDERS), async (provider) => {
  const [name, variable] = PROVIDERS[provider];
  const environment = { [`${variable}_API_KEY`]: "k", [`${variable}_BASE_URL`]: sim.url };
  const server = await start(["serve", "--provider", name], environment);
  const closed = (model) => server.told((line) => line.includes(` ${model}: `) && line.includes("cancelled"));
  return { url: server.url, closed, close: server.stop };
});
sim.stop();
process.exit(failed > 0 ? 1 : 0);
