import process from "node:process";
import { type ProxyOptions, defineConfig, loadEnv } from "vite";

// The key (OPENAI_API_KEY, in .env.local or the environment) stays in this process: the page calls /llm, and the
// server adds it. In production your own back end does the same.
export default defineConfig(({ mode }) => {
  const { OPENAI_API_KEY: key, OPENAI_BASE_URL } = loadEnv(mode, process.cwd(), "OPENAI_");
  const provider = OPENAI_BASE_URL ?? "https://api.openai.com/v1";
  const proxy: Record<string, ProxyOptions> = key === undefined ? {} : { "/llm": backEnd(provider, key) };
  return {
    define: { HAS_BACK_END: JSON.stringify(key !== undefined) },
    server: { proxy },
    preview: { proxy },
  };
});

const backEnd = (provider: string, key: string) => ({
  target: new URL(provider).origin,
  changeOrigin: true,
  rewrite: (path: string) => path.replace("/llm", new URL(provider).pathname.replace(/\/$/, "")),
  headers: { authorization: `Bearer ${key}` },
});
