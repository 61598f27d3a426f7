// The AI SDK's messages as neutral ones.

import type {
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4ToolResultOutput,
  SharedV4Warning,
} from "@ai-sdk/provider";

import type { Message, Part } from "../request.js";
import { amended, isAmendment } from "./amendment.js";
import type { Address } from "./dialects.js";
import { mediaOf } from "./media.js";
import { ownOptions } from "./own.js";
import { leftOut } from "./warnings.js";

/** A conversation, oldest message first, and what of it is left out. */
export function messagesOf(prompt: LanguageModelV4Prompt, address: Address): [Message[], SharedV4Warning[]] {
  const reader = new Reader(address);
  return [prompt.map((message) => reader.message(message)), reader.warnings];
}

type Of<Role> = Extract<LanguageModelV4Message, { role: Role }>;
type Given = Of<"assistant" | "tool" | "user">["content"][number];
type Result = Extract<Given, { type: "tool-result" }>;
type Piece = Extract<LanguageModelV4ToolResultOutput, { type: "content" }>["value"][number];

class Reader {
  readonly warnings: SharedV4Warning[] = [];

  constructor(readonly address: Address) {}

  message(message: LanguageModelV4Message): Message {
    const { role } = message;
    const parts = role === "system" ? [textOf(message.content)] : this.parts(message.content, role);
    return { role, content: marked(parts, message) };
  }

  parts(given: readonly Given[], role: Message["role"]): Part[] {
    let parts: Part[] = [];
    for (const part of given) {
      const isState = part.type === "custom" && isAmendment(part.kind);
      parts = isState ? amended(parts, ownOptions(part.providerOptions)) : [...parts, ...this.part(part, role)];
    }
    return parts;
  }

  part(part: Given, role: Message["role"]): Part[] {
    const own = ownOptions(part.providerOptions);
    switch (part.type) {
      case "text":
        return [{ ...textOf(part.text), ...own } as Part];
      case "reasoning":
        return [{ kind: "reasoning", text: part.text, ...own }];
      case "file":
      case "reasoning-file":
        return [mediaOf(part, own, this.address)];
      case "custom":
        if (typeof own["kind"] === "string") return [own as unknown as Part];
        return this.without(`messages of kind ${part.kind}`, "it is not tokenwire's");
      case "tool-call":
        if (part.providerExecuted === true) return this.without("tool calls of another provider", OTHERS);
        return [callOf(part.toolCallId, part.toolName, part.input, own["kind"] === "freeform_call", own)];
      case "tool-result":
        if (role !== "tool") return this.without("tool results of another provider", OTHERS);
        return [this.result(part, own)];
      case "tool-approval-response":
        return this.without("tool approvals", "approvals of tools that a provider runs are not carried");
    }
  }

  result({ toolCallId, toolName, output }: Result, own: object): Part {
    const is_error = output.type.startsWith("error") || output.type === "execution-denied";
    const content = this.output(output);
    return { kind: "tool_result", call_id: toolCallId, name: toolName, is_error, content, ...own };
  }

  output(output: LanguageModelV4ToolResultOutput): Part[] {
    switch (output.type) {
      case "text":
      case "error-text":
        return [textOf(output.value)];
      case "json":
      case "error-json":
        return [textOf(JSON.stringify(output.value))];
      case "execution-denied":
        return [textOf(output.reason ?? "The call of the tool was denied.")];
      case "content":
        return output.value.flatMap((piece) => this.piece(piece));
    }
  }

  piece(piece: Piece): Part[] {
    const own = ownOptions(piece.providerOptions);
    switch (piece.type) {
      case "text":
        return [{ ...textOf(piece.text), ...own } as Part];
      case "file":
        return [mediaOf(piece, own, this.address)];
      case "custom":
        return this.without("custom content in tool results", "it has no place in a neutral result");
    }
  }

  without(feature: string, why: string): [] {
    this.warnings.push(leftOut(feature, why));
    return [];
  }
}

const OTHERS = "a provider ran the tool itself, and what it keeps of that is not in the message";

const textOf = (text: string): Part => ({ kind: "text", text });

/** A call. Its arguments were parsed by the AI SDK; the text of a freeform call was a JSON string there. */
function callOf(id: string, name: string, input: unknown, isFreeform: boolean, own: object): Part {
  const text = isFreeform && typeof input === "string" ? input : JSON.stringify(input ?? {});
  return { kind: "tool_call", id, name, arguments: text, ...own };
}

/** Options of a whole message are its last part's. */
function marked(parts: Part[], message: LanguageModelV4Message): Part[] {
  const last = parts.at(-1);
  if (last === undefined) return parts;
  return [...parts.slice(0, -1), { ...ownOptions(message.providerOptions), ...last } as Part];
}
