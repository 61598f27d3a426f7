// What an application asks for: the neutral JSON form of a request. Field names are those of the Rust types.

/** Any JSON value. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A JSON Schema. It reaches the provider with its keys in their order. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A field that may be left out; `null` is the same. */
export type Maybe<T> = T | null | undefined;

/** A wire protocol that a provider speaks. */
export type Wire = "anthropic" | "gemini" | "openai_chat" | "openai_responses";

/** A request to cache everything up to here. */
export interface CacheMark {
  /** How long, in the vendor's words: `5m`, `1h` (Anthropic), `30m`, `12h` (OpenAI). */
  readonly ttl?: Maybe<string>;
}

/**
 * A field that the vocabulary has no word for, written only on the wire it belongs to. On a request `name` may
 * hold dots for a field inside an object: `generationConfig.speechConfig`, `text.verbosity`.
 */
export interface Extension {
  /** The wire that knows the field. */
  readonly wire: Wire;
  /** Its name there. */
  readonly name: string;
  /** Its value. */
  readonly value: JsonValue;
}

/** State that a vendor wants back as it is: thinking signatures, encrypted reasoning, item ids. */
export interface Opaque {
  /** The vendor it came from: `anthropic`, `openai`, … */
  readonly vendor: string;
  /** The model it came from, where known. */
  readonly model?: Maybe<string>;
  /** The field it came in: `signature`, `encrypted_content`, … */
  readonly field: string;
  /** Its value. */
  readonly value: JsonValue;
}

/** What a text rests on, in the provider's own form. */
export interface Citation {
  /** The wire whose form `raw` has. */
  readonly wire: Wire;
  /** The provider's citation object. */
  readonly raw: JsonValue;
}

/** What any part may have beside its content. */
export interface PartMarks {
  /** A cache mark after this part. */
  readonly cache?: Maybe<CacheMark>;
  /** State that its vendor wants back with it. */
  readonly opaque?: Maybe<readonly Opaque[]>;
  /** Fields only one wire knows. */
  readonly extensions?: Maybe<readonly Extension[]>;
}

/** Visible text. */
export interface TextPart extends PartMarks {
  readonly kind: "text";
  /** The text. */
  readonly text: string;
  /** What it rests on. */
  readonly citations?: Maybe<readonly Citation[]>;
}

/** The model's thinking, as far as it is shown. */
export interface ReasoningPart extends PartMarks {
  readonly kind: "reasoning";
  /** The text; empty where only a signature came. */
  readonly text: string;
  /** Whether it is the vendor's summary. Default false. */
  readonly is_summary?: Maybe<boolean>;
}

/** The model's refusal, in its words. */
export interface RefusalPart extends PartMarks {
  readonly kind: "refusal";
  /** The words. */
  readonly text: string;
}

/** What a media part is. */
export type MediaKind = "audio" | "file" | "image" | "video";

/** Where the bytes of a media part are: exactly one of these. */
export type MediaSource =
  | {
      /** Here, as base64. */
      readonly base64: string;
    }
  | {
      /** At a URL. */
      readonly url: string;
    }
  | {
      /** Here, as plain text (documents). */
      readonly text: string;
    }
  | {
      /** With a vendor, under this id. */
      readonly id: string;
      /** The vendor. */
      readonly vendor: string;
    };

/** What a media part says beside where its bytes are. */
export interface MediaFields extends PartMarks {
  readonly kind: MediaKind;
  /** Its media type (`image/png`), where known. */
  readonly media_type?: Maybe<string>;
  /** A file name or title. */
  readonly name?: Maybe<string>;
  /** How closely to look: `auto`, `low`, `high`, `original`. */
  readonly detail?: Maybe<string>;
}

/** An image, a file, audio or video. */
export type MediaPart = MediaFields & MediaSource;

/** A call the model wants made: of a function, or of a freeform tool. */
export interface ToolCallPart extends PartMarks {
  readonly kind: "tool_call" | "freeform_call";
  /** The provider's id for it; Gemini may give none. */
  readonly id?: Maybe<string>;
  /** The tool's name. */
  readonly name: string;
  /** The arguments as the raw text that came: JSON, or the input of a freeform tool. */
  readonly arguments: string;
}

/** What a call gave. Stands in a message of role `tool`. */
export interface ToolResultPart extends PartMarks {
  readonly kind: "tool_result" | "freeform_result";
  /** The id of the call. */
  readonly call_id: string;
  /** The tool's name; Gemini needs it. */
  readonly name?: Maybe<string>;
  /** Whether the call failed. Default false. */
  readonly is_error?: Maybe<boolean>;
  /** The result: a text, or text and media parts. */
  readonly content: string | readonly Part[];
}

/** A block or item that only its vendor understands; goes back to the same vendor as it came. */
export interface VendorPart extends PartMarks {
  readonly kind: "vendor";
  /** The vendor it came from, the only one it goes back to. */
  readonly vendor: string;
  /** The wire it belongs to. */
  readonly wire: Wire;
  /** The wire's name for its type. */
  readonly vendor_type: string;
  /** The whole block or item. */
  readonly json: JsonValue;
}

/** One piece of a message. */
export type Part =
  | TextPart
  | MediaPart
  | ReasoningPart
  | RefusalPart
  | ToolCallPart
  | ToolResultPart
  | VendorPart;

/** Who speaks. `system` and `developer` may stand anywhere in the list. */
export type Role = "assistant" | "developer" | "system" | "tool" | "user";

/** One turn, or a piece of one. */
export interface Message {
  /** Who speaks. */
  readonly role: Role;
  /** What is said: a text, or parts in order. */
  readonly content: string | readonly Part[];
  /** Fields only one wire knows. */
  readonly extensions?: Maybe<readonly Extension[]>;
}

/** A function of the application, called with a JSON object. */
export interface FunctionTool {
  /** May be left out. */
  readonly kind?: Maybe<"function">;
  /** Its name. */
  readonly name: string;
  /** What it does, for the model. */
  readonly description?: Maybe<string>;
  /** JSON Schema of its arguments; none is a function without parameters. */
  readonly parameters?: Maybe<JsonSchema>;
  /** Whether the arguments must match the schema exactly. */
  readonly strict?: Maybe<boolean>;
  /** A cache mark after this tool. */
  readonly cache?: Maybe<CacheMark>;
  /** Fields only one wire knows. */
  readonly extensions?: Maybe<readonly Extension[]>;
}

/** A grammar for the text of a freeform tool. */
export interface Grammar {
  /** `lark` or `regex`. */
  readonly syntax: string;
  /** The grammar's text. */
  readonly definition: string;
}

/** A tool called with free text (OpenAI `custom`). */
export interface FreeformTool {
  readonly kind: "freeform";
  /** Its name. */
  readonly name: string;
  /** What it does, for the model. */
  readonly description?: Maybe<string>;
  /** What the text may look like; any text where it is left out. */
  readonly format?: Maybe<Grammar>;
}

/** A tool that the vendor runs or defines, as that wire spells it. */
export interface VendorTool {
  readonly kind: "vendor";
  /** The wire that knows it. */
  readonly wire: Wire;
  /** The whole entry of the wire's tool list. */
  readonly json: JsonValue;
}

/** A tool offered to the model. */
export type Tool = FunctionTool | FreeformTool | VendorTool;

/** How the model must choose among the tools. */
export type ToolChoice =
  | "auto"
  | "none"
  | "required"
  | {
      readonly kind?: Maybe<"function">;
      /** The one function it must call. */
      readonly name: string;
    }
  | {
      readonly kind: "freeform";
      /** The one freeform tool it must call. */
      readonly name: string;
    }
  | {
      readonly kind: "allowed";
      /** The functions it may call. */
      readonly names: readonly string[];
      /** Whether it must call one of them. Default false. */
      readonly required?: Maybe<boolean>;
    }
  | {
      readonly kind: "vendor";
      /** The wire that knows it. */
      readonly wire: Wire;
      /** The value of the wire's field. */
      readonly json: JsonValue;
    };

/** JSON of one schema. */
export interface SchemaOutput {
  /** A name for it; OpenAI demands one. */
  readonly name: string;
  /** What it is, for the model. */
  readonly description?: Maybe<string>;
  /** The schema. */
  readonly schema: JsonSchema;
  /** Whether it must match exactly. */
  readonly strict?: Maybe<boolean>;
}

/** What form the answer must have: text, any JSON object, or JSON of a schema. */
export type OutputFormat = "text" | "json_object" | SchemaOutput;

/** A level of thinking (OpenAI's scale, the widest). */
export type Effort = "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max";

/** How much to think. */
export interface Reasoning {
  /** The level. */
  readonly effort?: Maybe<Effort>;
  /** A bound in tokens; 0 turns thinking off where the wire counts. */
  readonly budget_tokens?: Maybe<number>;
  /** Whether the provider should pick the budget itself. Default false. */
  readonly adaptive?: Maybe<boolean>;
  /** How much of the thinking to show. */
  readonly summary?: Maybe<"auto" | "concise" | "detailed" | "omitted">;
}

/**
 * A request for one response, on no particular wire. A field that it does not know is an error that names the
 * field's place.
 *
 * @example
 * ```ts
 * const request: CallRequest = {
 *   model: "claude-haiku-5-5",
 *   system: "Answer in one word.",
 *   messages: [{ role: "user", content: "Name a colour." }],
 *   max_output_tokens: 100,
 * };
 * ```
 */
export interface CallRequest {
  /** The model's name at the provider. */
  readonly model: string;
  /** A system text before all messages; the same as a first message of role `system`. */
  readonly system?: Maybe<string>;
  /** The conversation, oldest first. */
  readonly messages: readonly Message[];
  /** The tools on offer. */
  readonly tools?: Maybe<readonly Tool[]>;
  /** How to choose among them; left out, the provider decides. */
  readonly tool_choice?: Maybe<ToolChoice>;
  /** Whether several calls may come in one turn. */
  readonly parallel_tool_calls?: Maybe<boolean>;
  /** What form the answer must have. */
  readonly output?: Maybe<OutputFormat>;
  /** How much to think. */
  readonly reasoning?: Maybe<Reasoning>;
  /** Temperature. */
  readonly temperature?: Maybe<number>;
  /** Nucleus bound. */
  readonly top_p?: Maybe<number>;
  /** Candidates per token. */
  readonly top_k?: Maybe<number>;
  /** Seed. */
  readonly seed?: Maybe<number>;
  /** Presence penalty. */
  readonly presence_penalty?: Maybe<number>;
  /** Frequency penalty. */
  readonly frequency_penalty?: Maybe<number>;
  /** How many answers to draw. */
  readonly candidates?: Maybe<number>;
  /** How many alternatives to report with each token; 0 asks for the chosen token only. */
  readonly logprobs?: Maybe<number>;
  /** Tokens of output, thinking included. */
  readonly max_output_tokens?: Maybe<number>;
  /** Calls to the provider's own tools (Responses). */
  readonly max_tool_calls?: Maybe<number>;
  /** Texts that end the answer. */
  readonly stop?: Maybe<readonly string[]>;
  /** A cache mark over the whole request. */
  readonly cache?: Maybe<CacheMark>;
  /** A routing hint for the provider's prompt cache. */
  readonly cache_key?: Maybe<string>;
  /** Keys and values kept with the response. */
  readonly metadata?: Maybe<Readonly<Record<string, string>>>;
  /** An opaque id of the end user. */
  readonly user?: Maybe<string>;
  /** The wanted service tier, in the vendor's words. */
  readonly service_tier?: Maybe<string>;
  /** Continue from this stored response (Responses). */
  readonly previous_response_id?: Maybe<string>;
  /** Whether the provider keeps the response. */
  readonly store?: Maybe<boolean>;
  /** Run detached from the connection, so that a broken stream can be resumed (Responses). Default false. */
  readonly background?: Maybe<boolean>;
  /** Resume a long decode from here (Gemini 4). */
  readonly continuation_token?: Maybe<string>;
  /** Fields only one wire knows. */
  readonly extensions?: Maybe<readonly Extension[]>;
}
