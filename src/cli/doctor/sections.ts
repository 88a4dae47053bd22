import { agent } from "./agent.ts";
import type { Section } from "./check.ts";
import { home } from "./home.ts";
import { machine } from "./machine.ts";
import { outside } from "./outside.ts";
import { record } from "./record.ts";
import { service } from "./service.ts";
import { workflow } from "./workflow.ts";

/** Everything that is checked, in the order in which people need it. */
export const SECTIONS: readonly Section[] = [machine, home, workflow, outside, agent, service, record];
