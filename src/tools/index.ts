export { isMendable, judgeSignals, type SignalRecord } from "./signals.ts";
export { createToolbox, type Toolbox } from "./toolbox.ts";
export { type Admission, createToolServer, type ToolServer } from "./server/tool-server.ts";
