// A use of every word of a request.

import type {
  CacheMark,
  CallRequest,
  Citation,
  Effort,
  Extension,
  FreeformTool,
  FunctionTool,
  Grammar,
  JsonSchema,
  JsonValue,
  Maybe,
  MediaFields,
  MediaKind,
  MediaPart,
  MediaSource,
  Message,
  Opaque,
  OutputFormat,
  Part,
  PartMarks,
  Reasoning,
  ReasoningPart,
  RefusalPart,
  Role,
  SchemaOutput,
  TextPart,
  Tool,
  ToolCallPart,
  ToolChoice,
  ToolResultPart,
  VendorPart,
  VendorTool,
  Wire,
} from "tokenwire";

const wire: Wire = "openai_responses";
const json: JsonValue = { nested: [1, "two", null, { three: true }] };
const cache: CacheMark = { ttl: "5m" };
const extension: Extension = { wire, name: "text.verbosity", value: "low" };
const opaque: Opaque = { vendor: "anthropic", model: "m", field: "signature", value: json };
const marks: PartMarks = { cache, opaque: [opaque], extensions: [extension] };
const citation: Citation = { wire, raw: json };

const kind: MediaKind = "image";
const source: MediaSource = { base64: "AA==" };
const media: MediaFields = { kind, media_type: "image/png", detail: "low", ...marks };
const picture: MediaPart = { ...media, ...source };
const text: TextPart = { kind: "text", text: "Hi", citations: [citation] };
const thought: ReasoningPart = { kind: "reasoning", text: "", is_summary: true };
const refusal: RefusalPart = { kind: "refusal", text: "No." };
const called: ToolCallPart = { kind: "tool_call", id: "1", name: "look", arguments: "{}" };
const result: ToolResultPart = { kind: "tool_result", call_id: "1", content: [text, picture] };
const vendor: VendorPart = { kind: "vendor", vendor: "openai", wire, vendor_type: "web_search_call", json };
const parts: Part[] = [text, picture, thought, refusal, called, vendor];

const role: Role = "user";
const messages: Message[] = [
  { role, content: [picture, text] },
  { role: "assistant", content: parts },
  { role: "tool", content: [result] },
];

const schema: JsonSchema = { type: "object", properties: {} };
const look: FunctionTool = { name: "look", parameters: schema, strict: true };
const grammar: Grammar = { syntax: "regex", definition: ".*" };
const free: FreeformTool = { kind: "freeform", name: "write", format: grammar };
const search: VendorTool = { kind: "vendor", wire, json: { type: "web_search" } };
const tools: Tool[] = [look, free, search];
const choices: ToolChoice[] = ["auto", { name: "look" }, { kind: "allowed", names: ["look"], required: true }];

const structured: SchemaOutput = { name: "answer", schema };
const output: OutputFormat = structured;
const effort: Effort = "xhigh";
const reasoning: Reasoning = { effort, budget_tokens: 1000, summary: "auto" };
const unset: Maybe<number> = undefined;

export const request: CallRequest = {
  model: "m",
  system: "Be short.",
  messages,
  tools,
  tool_choice: choices[0],
  parallel_tool_calls: false,
  output,
  reasoning,
  temperature: 0.5,
  top_p: unset,
  stop: ["END"],
  max_output_tokens: 100,
  cache,
  metadata: { team: "tests" },
  store: null,
  extensions: [extension],
};
