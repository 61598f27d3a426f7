// A use of every public name; `exported.mjs` finds those that are missing.

import {
  AuthenticationError,
  ConnectionError,
  EventStream,
  InternalError,
  RateLimitError,
  RequestError,
  TimeoutError,
  TokenwireError,
  createClient,
  createFetch,
  textOf,
} from "tokenwire";
import type {
  AccountingOptions,
  CallEvent,
  CallOptions,
  CallRequest,
  CallingOptions,
  Client,
  ClientOptions,
  ClientRequest,
  Cost,
  CostQuery,
  Fetch,
  FetchOptions,
  Key,
  LimitOptions,
  Loss,
  Outcome,
  ProviderOptions,
  RelayFetch,
  RetryOptions,
  TimeoutOptions,
} from "tokenwire";
import { createClient as createBareClient, load } from "tokenwire/bare";
import { createClient as createSmallClient } from "tokenwire/client";
import type { Client as SmallClient } from "tokenwire/client";
import { simFetch } from "tokenwire/testing";
import type { SimFetch, SimOptions } from "tokenwire/testing";

/** Fails to compile where the types differ. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>): void => {};

// Setting up

const key: Key = async () => "short-lived";
const provider: ProviderOptions = { dialect: "openai", baseUrl: "http://127.0.0.1/v1", apiKey: key };
const retry: RetryOptions = { maxAttempts: 4, baseMs: 1, maxHintMs: null, totalMs: 9, onBreak: "resume" };
const timeouts: TimeoutOptions = { headMs: 1, firstEventMs: 2, stallMs: 3, attemptMs: 4, callMs: 5 };
const limits: LimitOptions = { maxCostUsd: "0.50", maxTokens: 1000 };
const accounting: AccountingOptions = { tag: "tests" };
const send: Fetch = (url, init) => fetch(url, init);
const calling: CallingOptions = { retry, timeouts, limits, accounting, fetch: send };
const options: ClientOptions = { ...calling, providers: { anthropic: { apiKey: "key" }, mine: provider } };
const client: Client = createClient(options);
const small: SmallClient = createSmallClient(options);
const sameClients: Client[] = [client, small, createBareClient(options)];
export const loaded: void = load(new Uint8Array());

// @ts-expect-error: a provider may be left out, not the providers
createClient({});
// @ts-expect-error: no such policy
createClient({ providers: {}, retry: { onBreak: "again" } });

// Asking

const request: CallRequest = { model: "claude-haiku-5-5", messages: [{ role: "user", content: "Hi" }] };
const asked: ClientRequest = { ...request, provider: "mine" };
const controller = new AbortController();
const call: CallOptions = { signal: controller.signal };

// @ts-expect-error: a message has a content
client.stream({ model: "m", messages: [{ role: "user" }] });
// @ts-expect-error: nobody speaks so
client.stream({ model: "m", messages: [{ role: "narrator", content: "Once" }] });

// Reading

export async function read(): Promise<string> {
  const stream: EventStream = client.stream(asked, call);
  let text = "";
  for await (const event of stream) text += said(event);
  stream.cancel();
  const outcome: Outcome = await stream.outcome;
  const whole: string = await stream.text();
  const completed: Outcome = await client.complete(request);
  return text + whole + textOf(outcome) + textOf(completed) + money(outcome.cost);
}

/** The type narrows to each kind of event, and there are no others. */
function said(event: CallEvent): string {
  switch (event.type) {
    case "arguments_delta":
    case "reasoning_delta":
    case "refusal_delta":
    case "text_delta":
      return event.text;
    case "citation":
      return event.wire;
    case "data_delta":
      return event.base64;
    case "discard":
      return `${event.from_part + event.keep_bytes}`;
    case "extra":
      return event.name;
    case "finish":
      return event.reason;
    case "opaque":
      return event.field;
    case "part_end":
      return `${event.part}`;
    case "part_start":
      return event.kind === "tool_call" ? event.name : event.kind;
    case "retry":
      return `${event.failure.kind} ${event.delay_ms}`;
    case "start":
      return event.model ?? "";
    case "unknown":
      return event.data;
    case "usage":
      return `${event.usage.counts.input ?? 0}`;
    default:
      return never(event);
  }
}

function never(nothing: never): never {
  throw new TypeError(`expected nothing, found ${String(nothing)}`);
}

// Failing

export function blame(error: unknown): string {
  if (error instanceof RateLimitError) return `${error.retryAfterMs ?? 0}`;
  if (error instanceof AuthenticationError || error instanceof ConnectionError) return error.name;
  if (error instanceof TimeoutError || error instanceof RequestError) return error.message;
  if (error instanceof InternalError) return String(error.cause);
  if (error instanceof TokenwireError) {
    const outcome: Outcome | undefined = error.outcome;
    return `${error.code} ${error.status ?? ""} ${outcome?.attempts.length ?? 0}`;
  }
  return error instanceof Error ? error.message : "";
}

// Paying

const query: CostQuery = { provider: "openai", model: "gpt-6-sol", usage: { prompt_tokens: 1 } };

const money = (cost: Cost): string => cost.cost_usd ?? "unknown";

export const price: string = money(client.cost(query));

// Relaying

const lost = ({ action, path, why }: Loss): string => `${path} was ${action}: ${why}`;
const relaying: FetchOptions = {
  ...calling,
  upstream: "anthropic",
  model: "claude-haiku-5-5",
  strict: true,
  accept: ["sampling"],
  refuse: ["messages"],
  onEvent: (event) => said(event),
  onOutcome: (outcome) => textOf(outcome),
  onLoss: lost,
};
const relay: RelayFetch = createFetch(relaying);
const standard: typeof fetch = relay;

// Testing

const plan: SimOptions = { plan: "429 retry-after=1; cut@40", seed: 7 };
const sim: SimFetch = simFetch(plan);
export const tested: Client = createClient({ providers: { openai: {} }, fetch: sim });
export const all = [sameClients, standard];

same<Awaited<ReturnType<Client["complete"]>>, Outcome>(true);
same<CallEvent["type"] & "text", never>(true);
