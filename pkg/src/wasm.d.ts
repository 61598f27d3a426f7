// What the build puts into src/wasm/, and what workerd makes of an imported module.

declare module "*_bg.wasm" {
  const base64: string;
  export default base64;
}
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
