"""One small module a platform, all behind one narrow protocol. Nothing else knows a platform's name."""
