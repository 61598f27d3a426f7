// Whether an SDK takes an answer for what it is.

import { differences, endsInError, errorDifferences } from "./compare.mjs";

/** What is wrong with an answer, as a wire's SDK reads it, beside what is known of it. */
export async function problems({ read, errors }, answer, reading) {
  const isFailed = reading && (reading.error != null || !reading.complete);
  let value;
  try {
    value = await read(answer);
  } catch (error) {
    if (reading && !isFailed && answer.status < 300 && !endsInError(answer.wire, reading)) {
      return [`the SDK throws ${told(error)}`];
    }
    return thrown(error, answer, reading, errors);
  }
  if (answer.status >= 300) return [`the SDK takes an error with status ${answer.status}`];
  // Responses tells a failure of a stream as the response's own status, too.
  const isTold = value.finish === "failed" && value.error?.message;
  if (isFailed) return isTold ? [] : ["the SDK takes an answer that failed"];
  return reading ? [...differences(answer.wire, value, reading)] : [];
}

/** What is wrong with an error that was to be expected. */
function thrown(error, answer, reading, errors) {
  const status = answer.status < 300 ? undefined : answer.status;
  const wanted = errors(status);
  const out = error instanceof wanted ? [] : [`the SDK throws ${told(error)}, expected ${wanted.name}`];
  if (error.status !== status && status !== undefined) {
    out.push(`error.status: ${error.status}, expected ${status}`);
  }
  return reading?.error ? [...out, ...errorDifferences(error, status, reading.error)] : out;
}

/** An error, shortly. */
export const told = (error) => `${error?.constructor?.name}: ${error?.message}`;
