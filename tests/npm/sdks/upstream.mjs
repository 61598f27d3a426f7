// A simulated provider whose requests are watched.

import { entry } from "../surface/package.mjs";

const { simFetch } = await entry("testing");

/** A provider as `fetch`, the requests it had, and a promise of one that its caller closed. */
export function upstream(options) {
  const sim = simFetch(options);
  const requests = [];
  const watches = new Set();
  const fetch = (url, { signal, ...init }) => {
    const request = { url, signal, headers: new Headers(init.headers) };
    request.body = JSON.parse(new TextDecoder().decode(init.body));
    requests.push(request);
    signal.addEventListener("abort", () => watches.forEach((watch) => watch(request)));
    return sim(url, { signal, ...init });
  };
  const closed = (test = () => true) =>
    new Promise((resolve) => {
      const watch = (request) => request.signal.aborted && test(request) && resolve(request);
      watches.add(watch);
      requests.forEach(watch);
    });
  return { fetch, requests, closed };
}
