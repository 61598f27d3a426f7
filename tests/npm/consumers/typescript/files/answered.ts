// A use of every word of an outcome and of the events.

import { answerMessage } from "tokenwire";
import type {
  AnswerMedia,
  AnswerPart,
  AnswerReasoning,
  AnswerRefusal,
  AnswerText,
  AnswerToolCall,
  AnswerToolResult,
  AnswerVendor,
  ArgumentsDelta,
  AttemptRecord,
  Bucket,
  CallEvent,
  CallRequest,
  Candidate,
  CitationEvent,
  Completeness,
  CostLine,
  DataDelta,
  Discard,
  Extra,
  ExtraEvent,
  Failure,
  FailureKind,
  Finish,
  FinishEvent,
  FinishReason,
  Message,
  OpaqueEvent,
  Outcome,
  Part,
  PartEnd,
  PartKind,
  PartStart,
  ReasoningDelta,
  RefusalDelta,
  RetryEvent,
  StartEvent,
  StopReason,
  TextDelta,
  TimeoutKind,
  UnknownEvent,
  Usage,
  UsageEvent,
} from "tokenwire";

/** What an answer says goes back as a message, and each of its parts as a part. */
export function next(request: CallRequest, outcome: Outcome): CallRequest {
  const answer: Message = answerMessage(outcome);
  return { ...request, messages: [...request.messages, answer] };
}

export const back = (part: AnswerPart): Part => part;

export function shown(part: AnswerPart): string {
  switch (part.kind) {
    case "text":
      return text(part);
    case "reasoning":
      return thought(part);
    case "refusal":
      return refused(part);
    case "tool_call":
    case "freeform_call":
      return called(part);
    case "tool_result":
    case "freeform_result":
      return result(part);
    case "vendor":
      return vendors(part);
    default:
      return media(part);
  }
}

const text = (part: AnswerText): string => `${part.text} ${part.citations.length}`;
const thought = (part: AnswerReasoning): string => (part.is_summary ? "summary" : part.text);
const refused = (part: AnswerRefusal): string => part.text;
const called = (part: AnswerToolCall): string => `${part.id ?? ""} ${part.name} ${part.arguments}`;
const result = (part: AnswerToolResult): string => part.content.map(shown).join("");
const vendors = (part: AnswerVendor): string => `${part.vendor} ${part.opaque.length}`;
const media = (part: AnswerMedia): string => ("base64" in part ? part.base64 : (part.media_type ?? ""));

export function told(outcome: Outcome): string[] {
  const [first]: readonly (Candidate | undefined)[] = outcome.candidates;
  const finish: Finish = first?.finish ?? outcome.finish;
  const reason: FinishReason = finish.reason;
  const failure: Failure | null = outcome.failure;
  const kind: FailureKind | undefined = failure?.kind;
  const deadline: TimeoutKind | null = failure?.timeout ?? null;
  const stop: StopReason | null = outcome.stop;
  const extras: readonly Extra[] = outcome.extras;
  const names = extras.map(({ name }) => name);
  return [reason, kind ?? "", deadline ?? "", stop ?? "", ...names, ...outcome.attempts.map(tried)];
}

const tried = ({ attempt, status, usage, failure }: AttemptRecord): string =>
  `${attempt} ${status ?? ""} ${failure?.message ?? ""} ${used(usage)}`;

function used({ counts, completeness }: Usage): string {
  const how: Completeness = completeness;
  const buckets: Bucket[] = ["input", "output", "cache_read"];
  return buckets.map((bucket) => `${bucket} ${counts[bucket] ?? "?"} ${how}`).join(", ");
}

export const billed = ({ bucket, count, price_usd, units }: CostLine): string =>
  `${count} of ${bucket} at ${price_usd} for ${units}`;

/** Each kind of event by its name, and no other. */
interface Kinds {
  arguments_delta: ArgumentsDelta;
  citation: CitationEvent;
  data_delta: DataDelta;
  discard: Discard;
  extra: ExtraEvent;
  finish: FinishEvent;
  opaque: OpaqueEvent;
  part_end: PartEnd;
  part_start: PartStart;
  reasoning_delta: ReasoningDelta;
  refusal_delta: RefusalDelta;
  retry: RetryEvent;
  start: StartEvent;
  text_delta: TextDelta;
  unknown: UnknownEvent;
  usage: UsageEvent;
}

export const narrowed = (event: CallEvent): Kinds[keyof Kinds] => event;
export const widened = (event: Kinds[keyof Kinds]): CallEvent => event;
export const opened = (event: PartStart): PartKind => event;
