// What the applications say.

import { z } from "zod";

export const WORDS = "hi";
export const WEATHER = "It rains.";

/** A tool that tells the weather of a place. */
export const TOOL = { name: "weather", description: "Tells the weather." };
export const PLACE = z.object({ place: z.string() });
export const PLACE_JSON = { type: "object", properties: { place: { type: "string" } }, required: ["place"] };

/** What an answer must look like where one is asked for in a shape. */
export const NOTE = z.object({ title: z.string(), stars: z.number(), isGood: z.boolean() });
