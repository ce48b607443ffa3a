// Encoders as the rest of Tierline reads them. Only data: whether packages and model files load is told when they are opened.

interface EncoderBase {
  /** Of the file; what artifacts know an encoder by is another name, which its weights give it. */
  name: string;
}

interface UseLiteConfig extends EncoderBase {
  kind: 'use-lite';
}

interface EmbeddingsEncoderConfig extends EncoderBase {
  kind: 'embeddings';
  /** A configured model. */
  model: string;
}

interface OnnxConfig extends EncoderBase {
  kind: 'onnx';
  /** Absolute; with `model.onnx` and `tokenizer.json` in it. */
  folder: string;
}

interface LlmConfig extends EncoderBase {
  kind: 'llm';
  /** A configured model. */
  model: string;
  /** The words of the operator; null: the default ones. */
  prompt: { text: string; file: string } | null;
}

export type EncoderConfig = UseLiteConfig | EmbeddingsEncoderConfig | OnnxConfig | LlmConfig;
