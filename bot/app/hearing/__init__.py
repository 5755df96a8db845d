"""What comes in: kept, dealt with, answered; and what is made up for where a platform was not heard."""
