import { createMockAgent } from "./provider.ts";

/** The mock agent, run by the Node that runs Maestro. */
export const mockAgent = createMockAgent({ node: process.execPath });
