// What the simulated provider answers to the question that the examples ask.

export const QUESTION = "Why is the sky blue?";

/** The answer's beginning and an end that no cut answer has. */
export const ANSWER = /^You said “Why is the sky blue\?”\. This answer is simulated: [^]* in the middle of a word\. .+[.✓]$/u;
