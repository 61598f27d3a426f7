// Citations in the providers' own forms, as the AI SDK's sources and citations.

import type { LanguageModelV4Citation, LanguageModelV4Source } from "@ai-sdk/provider";

import type { Citation, JsonValue } from "../request.js";

interface Page {
  readonly url: string;
  readonly title: string | undefined;
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly passage: string | undefined;
}

/** The pages that an answer cites, each told once. */
export class Sources {
  readonly #known = new Map<string, LanguageModelV4Source>();

  /** The pages of a citation that are cited for the first time. */
  fresh(raw: JsonValue): LanguageModelV4Source[] {
    const before = this.#known.size;
    for (const page of pagesOf(raw)) this.#source(page);
    return [...this.#known.values()].slice(before);
  }

  /** What a text rests on, as far as it is pages. */
  of(citations: readonly Citation[]): { citations?: LanguageModelV4Citation[] } {
    const list = citations.flatMap(({ raw }) => pagesOf(raw).map((page) => this.#cited(page)));
    return list.length === 0 ? {} : { citations: list };
  }

  #source({ url, title }: Page): LanguageModelV4Source {
    const known = this.#known.get(url);
    if (known !== undefined) return known;
    const id = crypto.randomUUID();
    const source: LanguageModelV4Source = { type: "source", sourceType: "url", id, url, ...(title && { title }) };
    this.#known.set(url, source);
    return source;
  }

  #cited(page: Page): LanguageModelV4Citation {
    return {
      source: this.#source(page),
      ...(page.start !== undefined && { startIndex: page.start }),
      ...(page.end !== undefined && { endIndex: page.end }),
      ...(page.passage !== undefined && { citedText: page.passage }),
    };
  }
}

/** The pages that a citation names: one on most wires, a list on Gemini, none where it names a document. */
function pagesOf(raw: JsonValue | undefined): Page[] {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return [];
  const fields = raw as Readonly<Record<string, JsonValue | undefined>>;
  const { groundingChunks } = fields;
  const within = [fields["url_citation"], fields["web"], ...(Array.isArray(groundingChunks) ? groundingChunks : [])];
  const url = text(fields["url"]) ?? text(fields["uri"]);
  const page = url !== undefined && {
    url,
    title: text(fields["title"]),
    start: count(fields["start_index"]),
    end: count(fields["end_index"]),
    passage: text(fields["cited_text"]),
  };
  return [...(page ? [page] : []), ...within.flatMap(pagesOf)];
}

const text = (value: JsonValue | undefined): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const count = (value: JsonValue | undefined): number | undefined => (typeof value === "number" ? value : undefined);
