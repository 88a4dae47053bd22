export { RecordPauses } from "./record-pauses.ts";
