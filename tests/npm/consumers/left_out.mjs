/** Thrown where a machine lacks what a case needs. It is listed, and is no failure. */
export class LeftOut extends Error {}
