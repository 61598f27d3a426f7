// A simulated provider whose requests are watched.

import { simFetch } from "./package.mjs";

/** A provider as `fetch`, what it was asked, and a promise of a call's end by the caller. */
export function upstream(options) {
  const sim = simFetch(options);
  const requests = [];
  const watchers = [];
  const closed = (test) => new Promise((resolve) => {
    const watch = (request) => test(request) && request.signal.aborted && resolve(request);
    watchers.push(watch);
    requests.forEach(watch);
  });
  const fetch = (url, init) => {
    const request = { url, headers: new Headers(init.headers), signal: init.signal };
    request.text = new TextDecoder().decode(init.body);
    requests.push(request);
    init.signal.addEventListener("abort", () => watchers.forEach((watch) => watch(request)));
    return sim(url, init);
  };
  return { fetch, requests, closed };
}
