import { openaiChat } from './openai-chat.ts';
export const gemini = openaiChat;
