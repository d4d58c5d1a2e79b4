/** gRPC's definitions as Connect wants them: what its code generator writes down, made when it starts. */
import { fileURLToPath } from "node:url";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor/index.js";

const root = protobuf.loadSync(fileURLToPath(new URL("../grpc/bench.proto", import.meta.url)));
const files = root.toDescriptor("proto3");
// protobufjs writes the names of types relative to their package.
const messages = files.file.flatMap((file) => file.messageType);
for (const field of messages.flatMap((message) => message.field)) {
  if (field.typeName) field.typeName = `.bench.${field.typeName}`;
}
const bytes = descriptor.FileDescriptorSet.encode(files).finish();

export const Bench = createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes)).getService("bench.Bench");
