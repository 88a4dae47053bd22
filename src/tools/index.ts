export { isMendable, judgeSignals, type SignalRecord } from "./signals.ts";
export { toolNames } from "./catalogue.ts";
export { createToolbox, type Toolbox } from "./toolbox.ts";
export { createToolServer, type ToolServer } from "./server/tool-server.ts";
