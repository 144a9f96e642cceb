// Decrypts away from the page, so that a large file does not freeze it.
import { open } from "./age.js";

onmessage = async ({ data: { file, header, fileKey } }) => {
  try {
    const plain = await open(file, header, fileKey, (share) => postMessage({ share }));
    postMessage({ plain });
  } catch (error) {
    postMessage({ error: error.message });
  } finally {
    fileKey.fill(0);
  }
};
