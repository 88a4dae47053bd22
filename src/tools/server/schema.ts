import { type Static, Type } from "typebox";

/** What agents ask of the tool server: a message of JSON-RPC 2.0. Other members than these are not read. */
export type RpcMessage = Static<typeof RpcMessage>;
export const RpcMessage = Type.Object({
  jsonrpc: Type.Literal("2.0"),
  /** Absent in a notification, which gets no answer. */
  id: Type.Optional(Type.Union([Type.String({ maxLength: 200 }), Type.Number()])),
  method: Type.String({ maxLength: 200 }),
  params: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});

/** Parameters of `tools/call`. */
export type CallParameters = Static<typeof CallParameters>;
export const CallParameters = Type.Object({
  name: Type.String({ maxLength: 200 }),
  arguments: Type.Optional(Type.Unknown()),
});
