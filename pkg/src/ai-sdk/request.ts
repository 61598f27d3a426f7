// A call of the AI SDK as a neutral request.

import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  LanguageModelV4ProviderTool,
  LanguageModelV4ToolChoice,
  SharedV4Warning,
} from "@ai-sdk/provider";

import type { ClientRequest } from "../client.js";
import type { Loss } from "../loss.js";
import type { OutputFormat, Tool, ToolChoice } from "../request.js";
import type { Address } from "./dialects.js";
import { type TokenwireCallOptions, ownOptions } from "./own.js";
import { messagesOf } from "./prompt.js";
import { leftOut, warningOf } from "./warnings.js";

/** A request, and what of the call is not in it. */
export interface Asked {
  readonly request: ClientRequest;
  readonly warnings: readonly SharedV4Warning[];
}

/** The request of a call. */
export function requestOf(call: LanguageModelV4CallOptions, address: Address): Asked {
  const { tools: more, output, reasoning, ...own } = ownOptions(call.providerOptions) as TokenwireCallOptions;
  const [messages, inMessages] = messagesOf(call.prompt, address);
  const [offered, inTools] = toolsOf(call.tools ?? []);
  const tools = [...offered, ...(more ?? [])];
  const effort = call.reasoning === "provider-default" ? undefined : call.reasoning;
  const request = stated<ClientRequest>({
    tools: tools.length > 0 ? tools : undefined,
    tool_choice: tools.length > 0 && call.toolChoice ? choiceOf(call.toolChoice) : undefined,
    output: outputOf(call.responseFormat, output),
    reasoning: effort || reasoning ? { effort, ...reasoning } : undefined,
    temperature: call.temperature,
    top_p: call.topP,
    top_k: call.topK,
    seed: call.seed,
    presence_penalty: call.presencePenalty,
    frequency_penalty: call.frequencyPenalty,
    max_output_tokens: call.maxOutputTokens,
    stop: call.stopSequences,
    ...own,
    provider: address.provider,
    model: address.model,
    messages,
  });
  return { request, warnings: [...inMessages, ...inTools] };
}

/** An object without fields that are undefined. */
const stated = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;

/** The warnings of a request of which the provider has no place for something. */
export function warningsOf({ request, warnings }: Asked, losses: readonly Loss[]): SharedV4Warning[] {
  const isOurs = ({ path }: Loss): boolean => path === "output.name" && nameOf(request.output) === NAME;
  return [...warnings, ...losses.filter((loss) => !isOurs(loss)).map(warningOf)];
}

/** What a schema is called that has no name: some wires demand one. */
const NAME = "response";

const nameOf = (output: ClientRequest["output"]): string | undefined =>
  typeof output === "object" && output !== null ? output.name : undefined;

/** The form of the answer. A schema is binding unless the caller says otherwise, as in the AI SDK's own providers. */
function outputOf(
  format: LanguageModelV4CallOptions["responseFormat"],
  own: TokenwireCallOptions["output"],
): OutputFormat | undefined {
  if (format?.type !== "json") return undefined;
  const { name = NAME, description, schema } = format;
  if (schema === undefined) return "json_object";
  return { name, description, schema: { ...schema }, strict: true, ...own };
}

function choiceOf(choice: LanguageModelV4ToolChoice): ToolChoice {
  return choice.type === "tool" ? { name: choice.toolName } : choice.type;
}

type GivenTool = LanguageModelV4FunctionTool | LanguageModelV4ProviderTool;

function toolsOf(given: readonly GivenTool[]): [Tool[], SharedV4Warning[]] {
  const tools: Tool[] = [];
  const warnings: SharedV4Warning[] = [];
  for (const tool of given) {
    if (tool.type === "provider") warnings.push(leftOut(`tool ${tool.id}`, OTHERS_TOOL));
    else tools.push(functionOf(tool));
    if (tool.type === "function" && tool.inputExamples !== undefined) warnings.push(leftOut("inputExamples", EXAMPLES));
  }
  return [tools, warnings];
}

const OTHERS_TOOL = "give it as the provider spells it: providerOptions.tokenwire.tools, of kind vendor";
const EXAMPLES = "examples of a tool's input have no field of their own; put them into its description";

function functionOf({ name, description, inputSchema, strict, providerOptions }: LanguageModelV4FunctionTool): Tool {
  return { name, description, parameters: { ...inputSchema }, strict, ...ownOptions(providerOptions) };
}
