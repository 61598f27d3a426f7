declare module "*_bg.wasm" {
  const base64: string;
  export default base64;
}
declare module "*/tokenwire.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
