export { isMendable, judgeSignals, type SignalRecord } from "./signals.ts";
export { createToolbox, type Toolbox, type ToolboxParts } from "./toolbox.ts";
