// Official SDKs over `createFetch`, each as it is, against a provider of each wire: node through.mjs
//
// The providers are simulated, in the same process. A row of the table is an SDK, a column the wire of the
// provider behind it; the checks of a cell are those of tests/sdk/checks.mjs.

import { applications } from "../../sdk/applications.mjs";
import { table } from "../../sdk/checks.mjs";
import { createFetch } from "./package.mjs";
import { upstream } from "./upstream.mjs";

const PROVIDERS = { openai_chat: "openai", openai_responses: "openai-responses", anthropic: "anthropic", gemini: "gemini" };

const isStalled = ({ url, text }) => `${url}${text}`.includes("sim-stall");

const failed = await table(applications, Object.keys(PROVIDERS), async (provider) => {
  const { fetch, closed } = upstream();
  return {
    fetch: createFetch({ upstream: PROVIDERS[provider], apiKey: "k", fetch }),
    closed: () => closed(isStalled),
  };
});
console.log(`node ${process.version}`);
process.exitCode = failed > 0 ? 1 : 0;
