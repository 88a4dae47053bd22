/** Name of the check that the host publishes for its own validation. */
export const VALIDATION_CHECK = "maestro/validation";
